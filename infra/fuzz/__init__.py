"""A coverage-guided fuzzer over the readers of messages: `make fuzz`."""
