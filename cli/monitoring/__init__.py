"""The commands about an environment's monitoring: restore its disk, change the password of Grafana."""
