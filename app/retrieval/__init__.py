"""Finds passages of the notes: by their words (`lexical`), by their meaning (`embedding`, `index`), and both (`retriever`)."""
