"""What is said: services, questions and the engine that asks them. Pure; imports neither `bot` nor `api`."""
