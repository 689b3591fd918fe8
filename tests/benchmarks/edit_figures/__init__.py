"""The parts of ``tests.benchmarks.edits``: each module measures figures and names their targets."""
