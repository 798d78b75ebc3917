"""Documents that a person may use again (免证办): each with how far it is trusted, from A (issued by the
city) to D (only said), and given out as a copy that says for what. A city never prints another
authority's document."""
