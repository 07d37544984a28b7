"""Log collections of OpenSearch Serverless."""
