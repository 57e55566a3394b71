using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PureLlm.Cli;
using PureLlm.Cli.Web;
using PureLlm.Engine.Inspection;

namespace PureLlm.Tests.Cli.Web;

public class StepServerTests
{
    private StepSession session = null!;
    private StepServer server = null!;
    private HttpClient client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        session = new StepSession(new ChainSource(6));
        server = await StepServer.StartAsync(session, session.Start, port: 0);
        client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        client.Dispose();
        await server.DisposeAsync();
        session.Dispose();
    }

    [Test]
    public async Task Explains_as_the_session_does([Values("0:f2", "0:b3", "0:b3?tensor=logits&el=0,2&level=element", "0:s?view=histogram")] string cursor)
    {
        string served = await client.GetStringAsync($"/api/explain?cursor={Uri.EscapeDataString(cursor)}");
        Assert.That(served, Is.EqualTo(StepViewJson.Write(session.Explain(Cursor.Parse(cursor)))));
    }

    [Test]
    public async Task A_move_brings_the_view_that_it_leads_to()
    {
        StepView view = StepViewJson.Read(await client.GetStringAsync("/api/move?cursor=0:b3&key=n"));
        Assert.That(view.Cursor, Is.EqualTo("0:b2"));
        Assert.That((await client.GetStringAsync("/api/move?cursor=0:b2&key=p")), Is.EqualTo(StepViewJson.Write(session.Explain(Cursor.Parse("0:b3")))));
    }

    [Test]
    public async Task Keys_are_those_of_the_terminal()
    {
        using JsonDocument keys = JsonDocument.Parse(await client.GetStringAsync("/api/keys"));
        Assert.That(keys.RootElement.EnumerateArray().Select(key => key.GetProperty("key").GetString()), Is.EqualTo(StepKeys.All.Select(item => item.Key)));
    }

    [Test]
    public async Task The_timeline_has_every_frame()
    {
        using JsonDocument frames = JsonDocument.Parse(await client.GetStringAsync("/api/frames?cursor=0:s"));
        session.With(0, trace =>
        {
            Assert.That(frames.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetString()), Is.EqualTo(trace.Frames.Select(frame => frame.Id)));
            Assert.That(frames.RootElement.GetProperty("kinds").GetString(), Has.Length.EqualTo(trace.Frames.Count).And.StartsWith("zffffffsbbbbbb"));
            return 0;
        });
    }

    [Test]
    public async Task Words_find_frames()
    {
        using JsonDocument found = JsonDocument.Parse(await client.GetStringAsync("/api/find?cursor=0:s&q=backward%20cross"));
        Assert.That(found.RootElement.EnumerateArray().Select(frame => frame.GetProperty("cursor").GetString()), Is.EqualTo(new[] { "0:b5" }));
    }

    [Test]
    public async Task What_has_a_name_is_found_as_in_the_terminal()
    {
        using JsonDocument found = JsonDocument.Parse(await client.GetStringAsync("/api/find?cursor=0:s&q=largest"));
        StepFind expected = session.With(0, trace => StepFinds.Find(trace, "largest").Single());
        JsonElement one = found.RootElement.EnumerateArray().Single();
        Assert.That((one.GetProperty("cursor").GetString(), one.GetProperty("text").GetString(), one.GetProperty("kind").GetString()), Is.EqualTo((expected.Cursor.ToString(), expected.Text, "backward")));
        Assert.That(await client.GetStringAsync("/api/find?cursor=0:s&q=nan"), Is.EqualTo("[]"));
    }

    [Test]
    public async Task The_root_leads_to_the_start()
    {
        using HttpResponseMessage answer = await client.GetAsync("/");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(answer.Headers.Location?.ToString(), Is.EqualTo("/step/0/s"));
    }

    [TestCase("/api/explain?cursor=x", "not a number")]
    [TestCase("/api/explain?cursor=0:b3%3Fcolour=red", "colour=red")]
    [TestCase("/api/explain?cursor=7:s", "step 0, not 7")]
    [TestCase("/api/move?cursor=0:s&key=y", "'y' is no key")]
    public async Task A_request_that_cannot_be_answered_says_why(string path, string why)
    {
        using HttpResponseMessage answer = await client.GetAsync(path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.That(body.RootElement.GetProperty("error").GetString(), Does.Contain(why));
        Assert.That(body.RootElement.TryGetProperty("help", out _));
    }

    [TestCase("/api/whatif", """{"cursor":"0:s","tensor":"logits","element":"0,9","value":1}""", "no element")]
    [TestCase("/api/whatif", """{"cursor":"0:s","tensor":"logits","element":"0,1"}""", "JSON")]
    [TestCase("/api/whatif", """{"cursor":"0:s","tensor":"logits","element":"0,1","value":"NaN"}""", "finite")]
    [TestCase("/api/whatif", "[1,", "JSON")]
    [TestCase("/api/quiz", """{"cursor":"0:b0","text":null}""", "JSON")]
    public async Task A_body_is_checked_before_it_is_believed(string path, string body, string why)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(path, content);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(why));
        using var form = new StringContent(body, Encoding.UTF8, "text/plain");
        using HttpResponseMessage refused = await client.PostAsync(path, form);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), "a form of another page can not send JSON");
    }

    [TestCase("evil.example", HttpStatusCode.Forbidden)]
    [TestCase("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [TestCase("localhost", HttpStatusCode.OK)]
    [TestCase("[::1]", HttpStatusCode.OK)]
    public async Task Only_loopback_names_are_answered(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/keys") { Headers = { Host = $"{host}:{server.Address.Port}" } };
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [TestCase("Origin", "null", HttpStatusCode.Forbidden)]
    [TestCase("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [TestCase("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    public async Task Pages_of_other_origins_are_refused(string header, string value, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/keys");
        request.Headers.Add(header, value);
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task Long_queries_and_large_bodies_are_refused()
    {
        using HttpResponseMessage query = await client.GetAsync($"/api/explain?cursor={new string('1', 3000)}");
        Assert.That(query.StatusCode, Is.EqualTo(HttpStatusCode.RequestUriTooLong));
        using HttpResponseMessage words = await client.GetAsync($"/api/find?q={new string('x', 300)}");
        Assert.That(words.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        using var content = new StringContent($"{{\"cursor\":\"{new string('x', 100_000)}\"}}", Encoding.UTF8, "application/json");
        using HttpResponseMessage body = await client.PostAsync("/api/whatif", content);
        Assert.That(body.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Every_file_of_the_page_is_served_with_its_type_and_may_load_nothing_foreign()
    {
        foreach (string name in WebFiles.Names)
        {
            using HttpResponseMessage answer = await client.GetAsync($"/app/{name}");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), name);
            Assert.That((await answer.Content.ReadAsByteArrayAsync()), Is.EqualTo(WebFiles.Read(name).ToArray()), name);
            Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self';").And.Not.Contains("unsafe"));
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
            using var again = new HttpRequestMessage(HttpMethod.Get, $"/app/{name}");
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using HttpResponseMessage kept = await client.SendAsync(again);
            Assert.That(kept.StatusCode, Is.EqualTo(HttpStatusCode.NotModified), name);
        }
        string page = await client.GetStringAsync("/step/0/b3?el=0,1");
        Assert.That(page, Does.Contain("/app/app.js").And.Not.Contains("<style").And.Not.Contains(" style="));
        Assert.That(page, Does.Not.Contain("http://").And.Not.Contains("https://"), "nothing comes from elsewhere");
    }

    [Test]
    public async Task What_is_not_there_is_said_so_as_JSON([Values("/nothing", "/app/secret.txt", "/app/..%2fsecret")] string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"error\""));
    }

    [Test]
    public async Task A_port_in_use_is_a_clear_error()
    {
        CliException? error = await Assert.CatchAsync<CliException>(() => StepServer.StartAsync(session, session.Start, server.Address.Port));
        Assert.That(error!.Code, Is.EqualTo("S001"));
        Assert.That(error.Message, Does.Contain($"port {server.Address.Port} is in use"));
        Assert.That(ErrorCodes.Find("S001"), Is.Not.Null);
    }

    [Test]
    public void Only_this_machine_can_connect()
    {
        IPAddress? outside = Dns.GetHostAddresses(Dns.GetHostName()).FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        if (outside is null) { Assert.Ignore("this machine has no address beside loopback"); }
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Catch<SocketException>(() => socket.Connect(outside!, server.Address.Port));
    }
}
