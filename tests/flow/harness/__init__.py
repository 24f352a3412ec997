"""What the flow tests share: clusters, servers, clients and checks of the database."""
