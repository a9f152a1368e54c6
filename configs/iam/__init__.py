"""IAM policies: who may do what in AWS, with a reason for every statement."""
