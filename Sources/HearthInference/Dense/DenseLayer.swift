import CHearthKernels

/// How the weights of a model are kept and multiplied.
package enum ModelPrecision: String, Sendable, CaseIterable {
    /// 32-bit floats, as the model was made.
    case float32 = "fp32"
    /// 8-bit weights with a scale per output and 8-bit activations with a range per token: faster and smaller, and near
    /// enough for ranking (mean cosine to fp32 above 0.99).
    case int8
}

/// A dense layer y = x·Wᵀ + b, packed for the processor it runs on.
final class DenseLayer: @unchecked Sendable {  // Written once when it is made, then only read.
    let inputs: Int
    let outputs: Int
    let precision: ModelPrecision
    private let path: hearth_path
    private let packed: AlignedBuffer
    private let scales: [Float]
    private let sums: [Int32]
    private let bias: [Float]?

    /// `weights` has `outputs` rows of `inputs` columns.
    init(
        weights: [Float], bias: [Float]?, inputs: Int, outputs: Int, precision: ModelPrecision,
        path: hearth_path = hearth_best_path()
    ) {
        precondition(weights.count == inputs * outputs && (bias?.count ?? outputs) == outputs)
        self.inputs = inputs
        self.outputs = outputs
        self.precision = precision
        self.path = path
        self.bias = bias
        switch precision {
        case .float32:
            packed = AlignedBuffer(floats: hearth_dense_f32_size(path, Int32(outputs), Int32(inputs)))
            hearth_dense_f32_pack(path, weights, Int32(outputs), Int32(inputs), packed.floats)
            scales = []
            sums = []
        case .int8:
            packed = AlignedBuffer(bytes: hearth_dense_i8_size(path, Int32(outputs), Int32(inputs)))
            var scales = [Float](repeating: 0, count: outputs)
            var sums = [Int32](repeating: 0, count: outputs)
            hearth_dense_i8_pack(path, weights, Int32(outputs), Int32(inputs), packed.start, &scales, &sums)
            self.scales = scales
            self.sums = sums
        }
    }

    /// Bytes of scratch memory that `apply` needs for so many rows.
    func scratchBytes(rows: Int) -> Int {
        precision == .int8 ? hearth_dense_i8_scratch(Int32(rows), Int32(inputs)) : 0
    }

    /// y = x·Wᵀ + b (+ residual). `stride` is the distance of two rows of x in floats, `inputs` unless said.
    func apply(
        _ x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, residual: UnsafePointer<Float>? = nil,
        to y: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) {
        let stride = stride ?? inputs
        switch precision {
        case .float32:
            hearth_dense_f32(
                path, x, stride, Int32(rows), packed.floats, bias, residual, Int32(outputs), Int32(inputs), y)
        case .int8:
            hearth_dense_i8(
                path, x, stride, Int32(rows), packed.start, scales, sums, bias, residual, Int32(outputs),
                Int32(inputs), y, scratch)
        }
    }
}
