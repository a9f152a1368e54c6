"""The AWS account under it all: network, nodes, access, policies, buckets."""
