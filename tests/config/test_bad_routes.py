"""The message for hosts, paths and redirects of services, and domains of environments, that cannot be together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import PROD, WEB, Bad, check
from tests.config.platform_files import added, replaced

NET = "edge:\n  create_zone: true\n  domains: [{name: shop.example.net}]\n"
ONLY_PROD = "environments: {prod: {http: {host: HOSTS}}}\n"

CASES = [
    Bad(
        "a host of two labels",
        {"service_configs/web.yaml": "kind: public-web\nport: 80\n" + ONLY_PROD.replace("HOSTS", "[shop, admin.eu]")},
        """
service_configs/web.yaml:3: http.host: environment prod has no certificate for admin.eu (in prod)
  value: admin.eu
  allowed: one label, "@"
  fix: write admin-eu, or `edge: {domains: [{name: admin.eu}]}` into environments/prod.yaml
""",
    ),
    Bad(
        "a host with its domain",
        {"service_configs/web.yaml": "kind: public-web\nport: 80\n" + ONLY_PROD.replace("HOSTS", "shop.example.com")},
        """
service_configs/web.yaml:3: http.host: environment prod has no certificate for shop.example.com (in prod)
  value: shop.example.com
  allowed: one label, "@"
  fix: write shop
""",
    ),
    Bad(
        "a foreign host that one of two environments has",
        replaced(WEB, "host: shop", "host: [shop, shop.example.net]") | added(PROD, NET),
        """
service_configs/web.yaml:4: http.host: environment dev has no certificate for shop.example.net (in dev)
  value: shop.example.net
  allowed: one label, "@"
  fix: write `edge: {domains: [{name: shop.example.net}]}` into environments/dev.yaml, or this host below \
`environments:` where it is answered
""",
    ),
    Bad(
        "a domain that the environment's certificate covers",
        added(PROD, "edge: {domains: [{name: b.a.example.com}, {name: a.example.com}]}\n"),
        """
environments/prod.yaml:5: edge.domains[1].name: a.example.com is covered by the certificate of example.com
  value: a.example.com
  allowed: domains that are neither example.com nor one label below it
  fix: remove it, and write `host: a` in the service's file
""",
    ),
    Bad(
        "the environment's own domain, which is covered too",
        added(PROD, "edge: {domains: [{name: example.com}]}\n"),
        """
environments/prod.yaml:5: edge.domains[0].name: example.com is covered by the certificate of example.com
  value: example.com
  allowed: domains that are neither example.com nor one label below it
  fix: remove it, and write `host: "@"` in the service's file
""",
    ),
    Bad(
        "a domain that is there twice",
        added(PROD, "edge: {domains: [{name: a.eu}, {name: a.eu}]}\n"),
        """
environments/prod.yaml:5: edge.domains[1].name: a.eu is there twice
  value: a.eu
  allowed: each domain once
  fix: remove one of the two
""",
    ),
    Bad(
        "one foreign domain in two environments",
        added("environments/dev.yaml", NET) | added(PROD, NET),
        """
environments/prod.yaml:7: edge.domains: environment dev answers shop.example.net already, see environments/dev.yaml:8
  value: shop.example.net
  allowed: each domain in one environment
  fix: remove it in one of the two
""",
    ),
    Bad(
        "any host among others",
        replaced(WEB, "host: shop", 'host: [shop, "*"]'),
        """
service_configs/web.yaml:4: http.host: "*" is any host, the others included
  value: [shop, "*"]
  allowed: "*" alone, or hosts
  fix: remove "*", or the others
""",
    ),
    Bad(
        "a path twice",
        replaced(WEB, "host: shop", "path: [/a, /a]"),
        """
service_configs/web.yaml:4: http.path[1]: /a is there twice
  value: /a
  allowed: each path once
  fix: remove one of them
""",
    ),
    Bad(
        "a redirect that says nothing of where to",
        replaced(WEB, "host: shop", "host: shop\n  redirects: [{path: /old}]"),
        """
service_configs/web.yaml:5: http.redirects[0]: this redirect does not say where to
  value: {path: /old}
  allowed: `to_host:`, `to_path:` or both
  fix: write to_host: shop, or to_path: /new
""",
    ),
    Bad(
        "a redirect for ever: below itself",
        replaced(WEB, "host: shop", "host: [shop, www]\n  redirects:\n    - {path: /a, to_path: /a/b}"),
        """
service_configs/web.yaml:6: http.redirects[0]: who is sent to /a/b is redirected again, for ever
  value: {path: /a, to_path: /a/b}
  allowed: another host, or a path that the redirect is not for
  fix: write another `to_host:` or `to_path:`, or a narrower `path:`
""",
    ),
    Bad(
        "a redirect for ever: of everything to a path on its own host that nobody else answers",
        replaced(WEB, "host: shop", "host: [shop, www]\n  redirects:\n    - {path: /, to_path: /home}"),
        """
service_configs/web.yaml:6: http.redirects[0]: who is sent to /home is redirected again, for ever
  value: {path: /, to_path: /home}
  allowed: another host, or a path that the redirect is not for
  fix: write another `to_host:` or `to_path:`, or a narrower `path:`
""",
    ),
    Bad(
        "a redirect for ever: to the host that was asked",
        replaced(WEB, "host: shop", "host: [shop, www]\n  redirects:\n    - {host: www, path: /c, to_host: www}"),
        """
service_configs/web.yaml:6: http.redirects[0]: who is sent to the path that was asked for is redirected again, for ever
  value: {host: www, path: /c, to_host: www}
  allowed: another host, or a path that the redirect is not for
  fix: write another `to_host:` or `to_path:`, or a narrower `path:`
""",
    ),
    Bad(
        "a redirect for ever: by a word that stands for anything",
        replaced(WEB, "host: shop", 'host: [shop, www]\n  redirects:\n    - {path: /d/*, to_path: "/d/#{path}"}'),
        """
service_configs/web.yaml:6: http.redirects[0]: who is sent to /d/#{path} is redirected again, for ever
  value: {path: /d/*, to_path: "/d/#{path}"}
  allowed: another host, or a path that the redirect is not for
  fix: write another `to_host:` or `to_path:`, or a narrower `path:`
""",
    ),
    Bad(
        "a redirect from where another service answers",
        {
            "service_configs/old.yaml": "kind: public-web\nport: 80\nhttp:\n  redirects:\n"
            "    - {host: [www, shop], path: /, to_host: old}\n"
        },
        """
service_configs/web.yaml:4: http: old already answers /* on host shop, see service_configs/old.yaml:5
  value: shop
  allowed: one service for each host and path
  fix: write another `http.host:` or `http.path:` in one of the two
""",
    ),
    Bad(
        "the second of several hosts is another service's",
        {"service_configs/old.yaml": "kind: public-web\nport: 80\nhttp:\n  host: [old, shop]\n"},
        """
service_configs/web.yaml:4: http: old already answers /* on host shop, see service_configs/old.yaml:4
  value: shop
  allowed: one service for each host and path
  fix: write another `http.host:` or `http.path:` in one of the two
""",
    ),
    Bad(
        "a priority that leaves no room for the second rule",
        replaced(WEB, "host: shop", "path: [/a, /b/c]\n  priority: 50000"),
        """
service_configs/web.yaml:5: http.priority: it needs 2 numbers from here, and the last is 50000
  value: 50000
  allowed: up to 49999
  fix: write `priority: 49999` under `http:`
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
