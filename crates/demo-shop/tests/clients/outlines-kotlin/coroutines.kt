package kotlinx.coroutines

import kotlin.coroutines.CoroutineContext

object Dispatchers {
    val IO: CoroutineContext get() = error("an outline")
}

interface Job

fun CoroutineScope.launch(block: suspend CoroutineScope.() -> Unit): Job = error("an outline")

suspend fun <T> withContext(context: CoroutineContext, block: suspend CoroutineScope.() -> T): T = error("an outline")
