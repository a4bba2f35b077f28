"""Frozen values in, documents out: PDF, spreadsheets, QR codes. Reads no store and asks nobody's leave: the caller has."""
