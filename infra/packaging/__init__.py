"""Turns the checkout into a template, a code archive and a layer; the same way for the local cloud and
for AWS."""
