"""Viva in a terminal: the interview, the debrief, and what `viva serve` and `viva doctor` have to say."""
