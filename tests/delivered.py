"""What turns the shop of tests/shop into one that GitHub delivers, with every kind of resource."""

from __future__ import annotations

DELIVERED = {
    "environments/shared.yaml": """\
delivery:
  repository: acme/groundwork
  services:
    orders:
      repository: acme/orders
      subject_prefix: repo:acme@4711/orders@815
      previews: true
    storefront: {repository: Acme-Web/Shop.Front, branch: trunk}
""",
}

EVERY_PART = {
    # More of its last section, `edge:`.
    "environments/staging.yaml": "    allowed_cidrs: [203.0.113.0/28]\n  global_accelerator: true\n"
    "  domains: [{name: shop.example.net}]\n"
    "backups: {copy_to_region: eu-central-1}\n",
    "service_configs/report.yaml": "kind: scheduled-job\nimage: example/job:1\nschedule: {expression: rate(1 day)}\n"
    "volumes: {reports: {path: /srv/reports}}\n",
    "service_configs/migrate.yaml": "kind: one-off\nbefore: orders\n",
    "service_configs/releases/dev.yaml": "orders: v1\n",
}
