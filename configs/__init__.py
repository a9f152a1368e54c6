"""Writes the configuration of other programs, as plain data. Pure: no pulumi, boto3, network, clock."""
