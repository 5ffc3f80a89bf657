"""The rules of an interview, as values and pure functions. Standard library only.

Read in this order: `rubric` (what is asked), `verdict` (what is judged), `events` (what happened),
`interview` (what that adds up to), `decide` (what the interviewer does next), `score` and `debrief`
(what the candidate learns). `ports` names what the rest of the program must provide.
"""
