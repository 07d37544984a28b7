"""The script that makes a router with address translation of an Amazon Linux instance."""

from __future__ import annotations

from config.models.environment.network import Network

# What a packet to the internet may carry. Packets inside a VPC may be six times as long, and what tells a sender so
# does not always get through: both ends are told at the start of each connection.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html
LONGEST_SEGMENT = 1460
# The kernel's own limit on half a GiB of memory is 4,096. Each takes a third of a KiB.
CONNECTIONS = 65_536
USER_DATA = """\
#!/bin/bash
set -euo pipefail

# The installer needs more memory than the smallest instance has.
dd if=/dev/zero of=/swap bs=1M count=512 status=none
chmod 600 /swap
mkswap /swap >/dev/null
echo "/swap none swap defaults 0 0" >> /etc/fstab
swapon /swap

cat > /etc/sysctl.d/90-nat.conf <<'SYSCTL'
net.ipv4.ip_forward = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
kernel.panic = 10
SYSCTL

cat > /etc/nat.nft <<'RULES'
table ip nat_instance
delete table ip nat_instance
table ip nat_instance {{
    chain forward {{
        type filter hook forward priority filter; policy drop;
        tcp flags syn tcp option maxseg size set {segment}
        ct state established,related accept
        ip saddr {{ {private} }} ip daddr != {vpc} accept
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr {{ {private} }} ip daddr != {vpc} masquerade
    }}
}}
RULES

cat > /usr/local/sbin/nat <<'SCRIPT'
#!/bin/bash
set -euo pipefail
command -v nft >/dev/null || dnf install -q -y nftables
sysctl -q --load /etc/sysctl.d/90-nat.conf
nft --file /etc/nat.nft
sysctl -q net.netfilter.nf_conntrack_max={connections}
SCRIPT
chmod 755 /usr/local/sbin/nat

cat > /etc/systemd/system/nat.service <<'UNIT'
[Unit]
Description=Address translation for private subnets
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/nat
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
UNIT

cat > /etc/systemd/system/nat-update.service <<'UNIT'
[Unit]
Description=Newest packages, then a restart

[Service]
Type=oneshot
ExecStart=/usr/bin/dnf -q -y --releasever=latest upgrade
ExecStartPost=/usr/bin/systemctl reboot
UNIT

cat > /etc/systemd/system/nat-update.timer <<'UNIT'
[Unit]
Description=Each week

[Timer]
OnCalendar=Sun 02:00
RandomizedDelaySec=2h

[Install]
WantedBy=timers.target
UNIT

systemctl daemon-reload
systemctl enable --now nat-update.timer
systemctl enable --now --no-block nat.service
"""


def nat_user_data(settings: Network, private: tuple[str, ...]) -> str:
    """Return the script; only the `private` subnets are served."""
    return USER_DATA.format(
        segment=LONGEST_SEGMENT,
        private=", ".join(private),
        vpc=settings.cidr,
        connections=CONNECTIONS,
    )
