"""Writes a language model of half a megabyte with random weights, for a real server that has none: `python tiny_gguf.py FILE`.

It needs the `gguf` package. The vocabulary is single characters. One dimension of every embedding is held constant, so
that the output weights of that dimension act as a bias for each token: without it random weights emit bytes that are no
UTF-8, and never come to an end.
"""

import sys

import gguf
import numpy as np

WIDTH, HIDDEN, HEADS, CONTEXT = 64, 128, 4, 32_768
PRINTABLE = [chr(code) for code in range(33, 127)]
#: How much likelier than a letter: what ends a string, a list, an object, and the answer itself.
LIKELY = {'"': 9.0, "]": 5.0, "}": 5.0, "</s>": 7.0, "▁": 4.0}
NEVER = -30.0


def vocabulary() -> tuple[list[bytes], list[float], list[int]]:
    """Tokens, scores and types: three specials, a token for every byte, and one for every printable character."""
    kinds = gguf.TokenType
    tokens = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    tokens += [(char, kinds.NORMAL) for char in ("▁", *PRINTABLE)]
    return [text.encode() for text, _ in tokens], [0.0] * len(tokens), [int(kind) for _, kind in tokens]


def main(path: str) -> None:
    """Write the file."""
    tokens, scores, types = vocabulary()
    random = np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    embedding, output = weights(len(tokens), WIDTH), weights(len(tokens), WIDTH) * 4
    embedding[:, 0] = 1.0
    # The last norm makes the constant dimension about 8, the square root of the width.
    for index, (token, kind) in enumerate(zip(tokens, types, strict=True)):
        bias = LIKELY.get(token.decode(), 0.0)
        barred = kind in (int(gguf.TokenType.BYTE), int(gguf.TokenType.UNKNOWN)) or token == b"<s>"
        output[index, 0] = (NEVER if barred else bias) / 8

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    ones = np.ones(WIDTH, dtype=np.float32)
    for name, tensor in {
        "token_embd.weight": embedding,
        "output_norm.weight": ones,
        "output.weight": output,
        "blk.0.attn_norm.weight": ones,
        "blk.0.attn_q.weight": weights(WIDTH, WIDTH),
        "blk.0.attn_k.weight": weights(WIDTH, WIDTH),
        "blk.0.attn_v.weight": weights(WIDTH, WIDTH),
        "blk.0.attn_output.weight": weights(WIDTH, WIDTH),
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_gate.weight": weights(HIDDEN, WIDTH),
        "blk.0.ffn_up.weight": weights(HIDDEN, WIDTH),
        "blk.0.ffn_down.weight": weights(WIDTH, HIDDEN),
    }.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
