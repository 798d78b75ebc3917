"""The local edge: plays CloudFront in front of the local cloud's API Gateway."""
