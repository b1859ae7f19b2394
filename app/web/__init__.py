"""What speaks HTTP: one dispatcher for the journey, the portal, and what guards both."""
