# OpenSearch Serverless: an encrypted collection, reached through a private endpoint.

resource "aws_opensearchserverless_security_policy" "encryption" {
  name        = "encryption"
  type        = "encryption"
  description = "All logs under one key"
  policy = jsonencode({
    Rules       = [{ ResourceType = "collection", Resource = ["collection/logs-*"] }]
    AWSOwnedKey = false
    KmsARN      = aws_kms_key.main.arn
  })
}

# No KmsARN: stock moto demands one.
resource "aws_opensearchserverless_security_policy" "owned_key" {
  name = "owned"
  type = "encryption"
  policy = jsonencode({
    Rules       = [{ ResourceType = "collection", Resource = ["collection/search"] }]
    AWSOwnedKey = true
  })
}

resource "aws_opensearchserverless_security_policy" "network" {
  name = "network"
  type = "network"
  policy = jsonencode([
    {
      Description     = "Data through the endpoint"
      Rules           = [{ ResourceType = "collection", Resource = ["collection/logs-*"] }]
      AllowFromPublic = false
      SourceVPCEs     = [aws_opensearchserverless_vpc_endpoint.main.id]
    },
    {
      Description     = "Dashboards"
      Rules           = [{ ResourceType = "dashboard", Resource = ["collection/logs-*"] }]
      AllowFromPublic = true
    },
  ])
}

resource "aws_opensearchserverless_vpc_endpoint" "main" {
  name               = "logs"
  vpc_id             = aws_vpc.main.id
  subnet_ids         = aws_subnet.private[*].id
  security_group_ids = [aws_security_group.endpoints.id]
}

resource "aws_opensearchserverless_collection" "main" {
  name             = "logs-orders"
  type             = "TIMESERIES"
  standby_replicas = "DISABLED"
  depends_on       = [aws_opensearchserverless_security_policy.encryption, aws_opensearchserverless_security_policy.network]
}

resource "aws_opensearchserverless_collection" "owned_key" {
  name       = "search"
  type       = "SEARCH"
  depends_on = [aws_opensearchserverless_security_policy.owned_key]
}

resource "aws_opensearchserverless_access_policy" "main" {
  name = "orders"
  type = "data"
  policy = jsonencode([{
    Rules = [
      {
        ResourceType = "index"
        Resource     = ["index/logs-orders/*"]
        Permission   = ["aoss:CreateIndex", "aoss:WriteDocument", "aoss:UpdateIndex", "aoss:DescribeIndex"]
      },
    ]
    Principal = [aws_iam_role.execution.arn]
  }])
}

resource "aws_opensearchserverless_lifecycle_policy" "main" {
  name = "retention"
  type = "retention"
  policy = jsonencode({
    Rules = [{ ResourceType = "index", Resource = ["index/logs-*/*"], MinIndexRetention = "30d" }]
  })
}

resource "aws_opensearchserverless_security_config" "main" {
  name = "saml"
  type = "saml"
  saml_options {
    metadata        = <<-XML
      <?xml version="1.0" encoding="UTF-8"?>
      <EntityDescriptor entityID="https://idp.example.com" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"></EntityDescriptor>
    XML
    group_attribute = "groups"
    session_timeout = 60
  }
}
