import varlink

with varlink.Client.new_with_address("unix:/run/peerd-control/socket") as client:
    with client.open("org.peerd.Peers") as peers:
        print(peers.AddPersistent("203.0.113.7:9108")["id"])
        for reply in peers.Monitor(_more=True):
            print(reply["event"]["name"], flush=True)
