"""The suites of the evaluation: one module each, with what it `TELLS` and `measure(bench)`.

All of them drive the production path: a coach as `app.wiring` builds it.
"""
