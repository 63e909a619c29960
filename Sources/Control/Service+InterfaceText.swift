extension Service {
    /// What GetInterfaceDescription gives for varlink's own interface.
    static let interfaceText = """
        # What every varlink service answers about itself.
        interface org.varlink.service

        # Who made the service, its version, and the interfaces that it has.
        method GetInfo() -> (
          vendor: string,
          product: string,
          version: string,
          url: string,
          interfaces: []string
        )

        # An interface of the service in varlink's own language.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # The service has no such interface.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The interface has the method, but this service doesn't.
        error MethodNotImplemented (method: string)

        # A parameter is missing, of a wrong type, out of its range or unknown.
        error InvalidParameter (parameter: string)

        # The caller may not call this method.
        error PermissionDenied ()

        # The method answers in several replies and must be called with "more".
        error ExpectedMore ()

        """
}
