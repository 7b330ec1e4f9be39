"""First on the path, this hides NumPy and so Gymnasium: the tests run with and without them."""

raise ImportError("hidden by the tests")
