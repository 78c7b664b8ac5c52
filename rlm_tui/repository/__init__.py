"""The repository as symbol-level slices. `repository` is its door, `symbols` its words; the rooms behind them are folders."""
