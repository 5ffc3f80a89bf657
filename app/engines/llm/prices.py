"""What the tokens of a model cost: a YAML file of the operator's, in US dollars for a million tokens.

```yaml
some-model: {input: 0.40, cached: 0.10, output: 1.60}
```
`cached` left out is the price of `input`. Providers change their prices, so none are built in.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, TypeAdapter, ValidationError

from app.core.errors import Invalid


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: NonNegativeFloat
    output: NonNegativeFloat
    cached: NonNegativeFloat | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by the name of the model."""

    by_model: dict[str, Price] = field(default_factory=dict)

    def cost(self, model: str, prompt: int, cached: int, completion: int) -> float | None:
        """US dollars for so many tokens, `cached` of them among those of the prompt; None without a price."""
        price = self.by_model.get(model)
        if price is None:
            return None
        held = price.input if price.cached is None else price.cached
        return ((prompt - cached) * price.input + cached * held + completion * price.output) / 1_000_000


def load_prices(path: Path | None) -> Prices:
    """Read the file, or no prices without one. Raises Invalid naming the file and what is wrong in it."""
    if path is None:
        return Prices()
    try:
        return Prices(TypeAdapter(dict[str, Price]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or {}))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"VIVA_PRICES: {path} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors())
        raise Invalid(f"VIVA_PRICES: {path}: {wrong}. A line looks like 'some-model: {{input: 0.4, output: 1.6}}'.") from error
