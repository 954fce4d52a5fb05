using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class RefComparisons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_secret_exposures_stale",
                table: "secret_exposures");

            migrationBuilder.AddColumn<int>(
                name: "refs_asked",
                table: "secret_exposures",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "refs_compared",
                table: "secret_exposures",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // What was compared stays compared.
            migrationBuilder.Sql("update secret_exposures set refs_compared = 1 where not refs_stale;");

            // Workers of the release before still read and write it while they are replaced; what they ask for by it is asked for again by
            // the next scan that sees the secret. A later release drops it.
            migrationBuilder.Sql("alter table secret_exposures alter column refs_stale set default true;");

            migrationBuilder.CreateIndex(
                name: "ix_secret_exposures_refs_due",
                table: "secret_exposures",
                column: "repository_id",
                filter: "refs_compared < refs_asked");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_secret_exposures_refs_due",
                table: "secret_exposures");

            migrationBuilder.Sql("update secret_exposures set refs_stale = refs_compared < refs_asked;");

            migrationBuilder.Sql("alter table secret_exposures alter column refs_stale drop default;");

            migrationBuilder.DropColumn(
                name: "refs_asked",
                table: "secret_exposures");

            migrationBuilder.DropColumn(
                name: "refs_compared",
                table: "secret_exposures");

            migrationBuilder.CreateIndex(
                name: "ix_secret_exposures_stale",
                table: "secret_exposures",
                column: "repository_id",
                filter: "refs_stale");
        }
    }
}
