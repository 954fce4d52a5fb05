using CsCheck;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("postgres://u:p@db.example:5433/sentineldb", "Username=u;Password=p;Database=sentineldb;Host=db.example;Port=5433")]
    [InlineData("postgresql://u@db.example/sentineldb", "Username=u;Database=sentineldb;Host=db.example")]
    [InlineData("postgres://u:p%40ss%2Fword@db.example/s", "Username=u;Password=p@ss/word;Database=s;Host=db.example")]
    [InlineData("postgres://u:p@ss@db.example/s", "Username=u;Password=p@ss;Database=s;Host=db.example")]
    [InlineData("postgres://u:p@[2001:db8::1]:5432/s", "Username=u;Password=p;Database=s;Host=2001:db8::1;Port=5432")]
    [InlineData("postgres://u:p@h/s?sslmode=verify-full&sslrootcert=/ca.pem", "Username=u;Password=p;Database=s;SSL Mode=VerifyFull;Root Certificate=/ca.pem;Host=h")]
    [InlineData("postgres://u:p@a:1,b:2/s?target_session_attrs=read-write", "Username=u;Password=p;Database=s;Target Session Attributes=read-write;Host=\"a:1,b:2\"")]
    [InlineData("postgres:///s?host=/var/run/postgresql&user=me", "Database=s;Host=/var/run/postgresql;Username=me")]
    [InlineData("host=h port=5433 dbname=s user=u password=p sslmode=verify-ca", "Host=h;Port=5433;Database=s;Username=u;Password=p;SSL Mode=VerifyCA")]
    [InlineData("host = h dbname=s password='a b\\'c'", "Host=h;Database=s;Password=\"a b'c\"")]
    [InlineData("Host=h;Database=s;Username=u;Password='a;b'", "host=h;database=s;username=u;password=\"a;b\"")]
    public void Postgres_KnownForms_BecomeKeyValue(string given, string expected) =>
        Assert.Equal(Pairs(expected), Pairs(PostgresConnectionString.Normalize(given)));

    [Theory]
    [InlineData("mysql://u:hunter2@h/s")]
    [InlineData("postgres://u:hunter2@h")]
    [InlineData("postgres://u:hunter2@h:99999/s")]
    [InlineData("postgres://u:hunter2%zz@h/s")]
    [InlineData("postgres://u:hunter2@[::1/s")]
    [InlineData("postgres://u:hunter2@h/s?sslmode=hunter2")]
    [InlineData("postgres://u:hunter2@h/s?nonsense=hunter2")]
    [InlineData("Password=hunter2;Database=s")]
    [InlineData("host=h password=hunter2 nonsense=hunter2")]
    [InlineData("dbname=s password=hunter2")]
    [InlineData("host=h sslmode=hunter2")]
    [InlineData("host=h password='hunter2")]
    [InlineData("hunter2")]
    public void Postgres_Malformed_IsRefusedWithoutItsValue(string given)
    {
        var fault = Assert.Throws<FormatException>(() => PostgresConnectionString.Normalize(given));

        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Postgres_AnyPassword_SurvivesPercentEncoding() =>
        Gen.String[Gen.Char['\u0001', '\u02FF'], 1, 40].Sample(password =>
        {
            var normal = PostgresConnectionString.Normalize($"postgres://u:{Uri.EscapeDataString(password)}@h:1/s");
            var read = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = normal };
            Assert.Equal(password, read["Password"]);
        });

    [Theory]
    [InlineData("redis://cache.example", "cache.example:6379")]
    [InlineData("redis://:p%40s@cache.example:6380/2", "cache.example:6380,password=p@s,defaultDatabase=2")]
    [InlineData("rediss://default:p@cache.example", "cache.example:6379,password=p,ssl=true")]
    [InlineData("rediss://user:p@[::1]:7000", "[::1]:7000,user=user,password=p,ssl=true")]
    [InlineData("cache.example:6379,abortConnect=false", "cache.example:6379,abortConnect=false")]
    public void Redis_KnownForms_BecomeOptions(string given, string expected) =>
        Assert.Equal(expected, RedisConnectionString.Normalize(given));

    [Theory]
    [InlineData("http://hunter2@h")]
    [InlineData("redis://")]
    [InlineData("redis://:hunter2,x@h")]
    [InlineData("redis://:hunter2@h/x")]
    [InlineData("redis://:hunter2@h:0")]
    [InlineData("password=hunter2")]
    public void Redis_Malformed_IsRefusedWithoutItsValue(string given)
    {
        var fault = Assert.Throws<FormatException>(() => RedisConnectionString.Normalize(given));

        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    private static SortedDictionary<string, string> Pairs(string text)
    {
        var builder = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = text };
        return new(builder.Keys.Cast<string>().ToDictionary(key => key.ToLowerInvariant(), key => (string)builder[key]), StringComparer.Ordinal);
    }
}
