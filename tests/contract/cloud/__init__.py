"""The emulator of OVHcloud's API against its description, its clients, and hostile callers."""
