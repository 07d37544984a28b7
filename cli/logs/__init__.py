"""Reading the log of a service, from CloudWatch Logs or its OpenSearch Serverless collection."""
