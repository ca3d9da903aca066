extension Principal {
    /// Whether private values of readings that it may read are shown to it, or tokens in their place.
    package var mayResolve: Bool {
        switch role {
        case .owner, .member, .guardian, .service: true
        case .device, .auditor: false
        }
    }
}
