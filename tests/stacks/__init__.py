"""Tests of `stacks/`: the whole program under mocks."""
