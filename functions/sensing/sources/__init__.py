"""Every way in: what a device, a LoRaWAN network or a vendor's cloud sends becomes readings of a profile's
quantities. Who speaks is never taken from what is said."""
