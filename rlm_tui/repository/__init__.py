"""The repository as symbol-level slices: walk, index, symbols, graph, search, ranking, watch."""
