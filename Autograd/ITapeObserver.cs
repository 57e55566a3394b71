namespace PureLlm.Autograd;

/// <summary>Sees every operation right after it ran; must not change any tensor.</summary>
public interface ITapeObserver
{
    void OnForward(Node node);

    /// <summary>The gradients of the inputs now include this node's share.</summary>
    void OnBackward(Node node);
}
