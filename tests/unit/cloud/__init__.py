"""What of the emulator needs neither a network nor a cluster."""
