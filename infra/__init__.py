"""Everything around the functions: packaging, template fragments, the local cloud, the edge and the
command line."""
