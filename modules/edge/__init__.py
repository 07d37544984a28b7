"""The load balancer, DNS, certificates and the web application firewall."""
