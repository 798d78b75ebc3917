"""The service catalogue: definitions as data, their meaning, and a city's small changes to them.

A template is one YAML file under templates/services/. A city resolves it once, when its file is applied;
pages read the resolved definition as plain JSON out of the city's compiled configuration and never open a
YAML file.
"""
