using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Aspire.Running;

/// <summary>Gives each endpoint its port before anything starts, so that every address in the model is known.</summary>
internal static class ReplicaEndpoints
{
    /// <summary>Ports by resource and replica. The first replica's port is the endpoint's address in the model.</summary>
    public static Dictionary<(EndpointAnnotation Endpoint, int Replica), int> Allocate(IEnumerable<IResource> resources, bool randomize)
    {
        var ports = new Dictionary<(EndpointAnnotation, int), int>();
        // All listeners stay open until every port is given out, so that no port is given out twice.
        var reserved = new List<TcpListener>();
        try
        {
            foreach (var resource in resources)
            {
                foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
                {
                    for (var replica = 0; replica < Math.Max(1, resource.GetReplicaCount()); replica++)
                    {
                        var wanted = replica == 0 && !randomize ? endpoint.Port ?? 0 : 0;
                        ports[(endpoint, replica)] = Reserve(resource, wanted, reserved);
                    }

                    endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, Host(resource), ports[(endpoint, 0)]);
                }
            }
        }
        finally
        {
            reserved.ForEach(listener => listener.Dispose());
        }

        return ports;
    }

    // Browsers and cookies know "localhost"; drivers of stores are told the address, which saves them a lookup.
    private static string Host(IResource resource) => resource is ContainerResource ? "127.0.0.1" : "localhost";

    private static int Reserve(IResource resource, int port, List<TcpListener> reserved)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            listener.Dispose();
            throw new DistributedApplicationException(
                $"Port {port}, which '{resource.Name}' needs, is in use{PortOwner.Describe(port)}. Stop that program, or give '{resource.Name}' another port: {resource.Name.ToUpperInvariant()}_PORT={port + 1}", e);
        }

        reserved.Add(listener);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
