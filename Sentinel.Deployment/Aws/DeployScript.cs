using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Aws;

/// <summary>The order in which a version gets onto Fargate: images, platform, migrations, services.</summary>
internal static class DeployScript
{
    public static GeneratedFile Emit(DeploymentModel model)
    {
        var images = string.Join(' ', model.Services.Select(s => s.Image).Append(LogShipping.FireLens.Image).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        var job = model.Jobs.Single();
        var id = CloudFormationTemplate.Id(job.Name);
        return new GeneratedFile("ecs/deploy.sh", $$$"""
            #!/bin/sh
            # {{{GeneratedFile.Notice}}}
            # Builds and pushes the images, brings up the platform, migrates the database once, then updates the services.
            #   ALARM_EMAIL=team@example.com deploy/ecs/deploy.sh TAG HostName=sentinel.example.com HostedZoneId=Z0123
            # Needs the AWS CLI and docker, signed in to the account. The address and the parameters after TAG are needed the first time only.
            # LOG_OUTPUT=elasticsearch or datadog sends logs there too; its settings are members of the platform's secret.
            set -eu
            tag=${1:?"usage: deploy.sh TAG [Parameter=Value ...]"}
            shift
            email=${ALARM_EMAIL:-}
            cd "$(dirname "$0")/../.."
            region=$(aws configure get region || true)
            region=${AWS_REGION:-${region:?set AWS_REGION}}
            export AWS_REGION="$region"
            registry="$(aws sts get-caller-identity --query Account --output text).dkr.ecr.$region.$(aws ssm get-parameter --name "/aws/service/global-infrastructure/regions/$region/domain" --query Parameter.Value --output text 2>/dev/null || echo amazonaws.com)"

            deploy() { aws cloudformation deploy --no-fail-on-empty-changeset --capabilities CAPABILITY_IAM --stack-name "$@"; }
            output() { aws cloudformation describe-stacks --stack-name {{{model.Name}}}-platform --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text; }

            deploy {{{model.Name}}}-foundation --template-file deploy/ecs/foundation.yaml ${email:+--parameter-overrides "AlarmEmail=$email"}
            aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
            for image in {{{images}}}; do
              # A tag is never given twice: what was pushed before stays.
              if ! aws ecr describe-images --repository-name "{{{model.Name}}}-$image" --image-ids "imageTag=$tag" >/dev/null 2>&1; then
                docker build --platform linux/amd64 --file "deploy/docker/$image.Dockerfile" --build-arg "VERSION=$tag" --tag "$registry/{{{model.Name}}}-$image:$tag" .
                docker push "$registry/{{{model.Name}}}-$image:$tag"
              fi
            done

            deploy {{{model.Name}}}-platform --template-file deploy/ecs/platform.yaml --parameter-overrides "ImageTag=$tag" "$@"

            task=$(aws ecs run-task --cluster "$(output Cluster)" --task-definition "$(output {{{id}}}Task)" --launch-type FARGATE \
              --network-configuration "awsvpcConfiguration={subnets=[$(output Subnets)],securityGroups=[$(output {{{id}}}Group)],assignPublicIp=DISABLED}" \
              --query 'tasks[0].taskArn' --output text)
            aws ecs wait tasks-stopped --cluster "$(output Cluster)" --tasks "$task"
            code=$(aws ecs describe-tasks --cluster "$(output Cluster)" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
            if [ "$code" != 0 ]; then
              echo "The migrations ended with $code; their log is in /sentinel/{{{job.Name}}}. The services were not touched." >&2
              exit 1
            fi

            if [ -n "${LOG_OUTPUT:-}" ]; then
              deploy {{{model.Name}}}-services --template-file deploy/ecs/services-shipping.yaml --parameter-overrides "ImageTag=$tag" "Platform={{{model.Name}}}-platform" "LogOutput=$LOG_OUTPUT"
            else
              deploy {{{model.Name}}}-services --template-file deploy/ecs/services.yaml --parameter-overrides "ImageTag=$tag" "Platform={{{model.Name}}}-platform"
            fi
            echo "Sentinel $tag is at $(output Url)"

            """, Executable: true);
    }
}
