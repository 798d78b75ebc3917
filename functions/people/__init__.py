"""The person: signing in with a one-time code, the page "My page", consents, what is known and may be used
again, how sure the city is who somebody is, and applying for somebody else.

A code is `waiting` for ten minutes, then `ended`; used once it is gone. A person's record begins with the
first code that is typed correctly and ends when they erase it, or when nobody signs in for as long as the
city keeps applications. Nobody needs one: reference and code open an application without it."""
