"""Which figures may be printed, so that no few people's answers can be read or found by subtraction."""
