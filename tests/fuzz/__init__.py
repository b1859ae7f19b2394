"""Hostile requests to the application in this process: who stands where, what is sent, and what must hold."""
