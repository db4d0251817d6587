// Outline of the one type that `#selector` makes, for a compiler without Apple's modules.

public struct Selector {
    public init(_ name: String) {}
}
