"""The edge of the product in HTTP: routes with their rules, pages, forms, cookies, security headers."""
