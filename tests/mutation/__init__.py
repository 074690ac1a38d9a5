"""Mutation testing: would a test notice if a line of the code were wrong?

`make mutants`, or `python -m tests.mutation codes limits` for some groups only; docs/mutants.md has the figures.

targets    what is changed, and which tests judge it
changes    every small change of a function or constant: mutmut's, and three of our own for whole statements; Lua in `lua`
walks      which test runs which line, and how long it takes
trial      builds the application once, then forks for each change, plants it there and runs the tests of its lines
report     what became of each, and the table

The application, its stores and the outside world take seconds to start and a test milliseconds: a tool that starts
pytest anew for every change would need days. The child of a fork has them all."""
