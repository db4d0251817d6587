package kotlinx.coroutines.flow

interface StateFlow<out T> {
    val value: T
}

interface MutableStateFlow<T> : StateFlow<T> {
    override var value: T
}

@Suppress("FunctionName")
fun <T> MutableStateFlow(value: T): MutableStateFlow<T> = error("an outline")
